"""The content that operations people own: procedures, calendars, templates, organisation. No code."""
