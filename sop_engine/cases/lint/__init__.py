"""What compiles and yet cannot work: everything that is looked at before a procedure may run."""
