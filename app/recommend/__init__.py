"""The domain: completing an outfit, scoring it, finding similar items. No HTTP, no log, no clock."""
