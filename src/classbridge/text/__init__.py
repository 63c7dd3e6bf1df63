"""Texts in English and Swedish: outcomes as data, pages as gettext catalogues."""
