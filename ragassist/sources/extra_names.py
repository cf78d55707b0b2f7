"""Names in what else a record states that more than its reader looks for."""

OTHER_DOIS = "otherdoi"
"""The DOIs of the work's other versions, parted by spaces."""
