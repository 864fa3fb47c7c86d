"""Which captured records most need a label; and what their labels are good for."""
