"""One report a module, as `REPORT`."""
