"""Files of CI jobs; a new system is a file here and a row in `systems.py`."""
