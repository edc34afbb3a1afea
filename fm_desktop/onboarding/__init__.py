"""Setting up with a person: the wizard's model, without a window. What is drawn on it is `fm_desktop.ui.wizard`."""
