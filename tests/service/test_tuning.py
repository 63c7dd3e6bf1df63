"""A setting that an admin puts otherwise holds from the next run, is in the audit log, and can be taken back."""

import pytest

from classbridge.bridge.outcome import Code
from classbridge.service import audit, connections, grades, tuning
from classbridge.service.errors import RefusedError
from classbridge.service.views import Contact
from tests.service.conftest import Install


def test_a_shorter_title_holds_from_the_next_export(install: Install) -> None:
    made = install()
    made.up_to("import")
    connection_id = connections.home(made.ctx, made.admin).connections[0].id
    tuning.save(made.ctx, made.admin, connection_id, {"gradebook.title_max": "20"})
    preview = grades.preview(made.ctx, made.teacher, made.course_id)
    made.wait(preview)
    made.wait(grades.export(made.ctx, made.teacher, preview, grades.ExportChoices()))
    with made.stage.sis.control() as control:
        assert {len(one.title) <= 20 for one in control.grades() if one.title.startswith("X6SE")} == {True}
    [event] = [one for one in audit.events(made.ctx, made.admin).items if one.action == "connection.settings"]
    assert event.params["settings"] == ["gradebook.title_max"]
    taken_back = tuning.save(made.ctx, made.admin, connection_id, {"gradebook.title_max": ""})
    assert not any(one.overridden for one in taken_back.settings)


def test_a_value_that_does_not_fit_changes_nothing(install: Install) -> None:
    made = install()
    connection_id = connections.start(made.ctx, made.admin, "stlink")
    before = tuning.view(made.ctx, made.admin, connection_id)
    assert before.unverified
    with pytest.raises(RefusedError) as refused:
        tuning.save(made.ctx, made.admin, connection_id, {"page_size": "500", "gradebook.title_max": "long"})
    assert (refused.value.said.code, refused.value.field) == (Code.SETTING_INVALID, "gradebook.title_max")
    assert tuning.view(made.ctx, made.admin, connection_id) == before
    with pytest.raises(RefusedError):
        tuning.save(made.ctx, made.teacher, connection_id, {"page_size": "500"})


def test_the_contact_is_the_admin_s_own_where_there_is_one(install: Install) -> None:
    made = install()
    connection_id = connections.start(made.ctx, made.admin, "blackbaud")
    ours = Contact(name="Registrar's office", url="https://help.riverbend.example", phone="555 0100")
    assert tuning.save_contact(made.ctx, made.admin, connection_id, ours).contact == ours
    assert connections.view(made.ctx, made.admin, connection_id).choice.support == ours
    with pytest.raises(RefusedError):
        tuning.save_contact(made.ctx, made.admin, connection_id, Contact(name="X", url="javascript:alert(1)"))
    back = tuning.save_contact(made.ctx, made.admin, connection_id, Contact(name=""))
    assert (back.contact_overridden, back.contact.name != ours.name) == (False, True)
