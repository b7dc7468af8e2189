"""What triggers, conditions and actions share, in whichever form Home Assistant has them."""
