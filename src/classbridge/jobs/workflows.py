"""The product's workflows: a worker imports this module, and with it every workflow there is."""

from classbridge.jobs import (
    authorizing,
    breakage,  # noqa: F401
    checking,
    creating,
    exports,
    google,
    imports,
    licences,
    nightly,  # noqa: F401
    package_folder,  # noqa: F401
    packages,
    refreshing,
    retention,  # noqa: F401
    syncing,
    undoing,
    warning,  # noqa: F401
    write_test,
)

MODULE = "classbridge.jobs.workflows"
"""What workers are given to import."""

BY_KIND = {
    "authorize": authorizing.authorize,
    "check-sis": checking.check_sis,
    "create-course": creating.create_course,
    "export": exports.export,
    "import": imports.import_roster,
    "preview-export": exports.preview_export,
    "preview-undo": undoing.preview_undo,
    "preview-import": imports.preview_import,
    "read-licences": licences.read_licences,
    "refresh": refreshing.refresh,
    "prove-classroom": google.prove_classroom,
    "sync": syncing.sync,
    "undo": undoing.undo,
    packages.TAKING: packages.take_package,
    "write-test": write_test.write_test,
}
"""Each kind of run with its workflow."""
