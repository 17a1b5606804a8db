"""Who may see: what a definition classifies, a reader's lens on one case, and views as that lens lets them pass."""
