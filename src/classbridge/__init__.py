"""classbridge connects Classroom to a school district's student information system over OneRoster."""

__version__ = "0.1.0"
