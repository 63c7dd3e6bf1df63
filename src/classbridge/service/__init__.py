"""The use cases, one function each. Pages, REST and the command line call only this room."""
