"""The pages of the wizard. Each draws a part of the model and tells it what a person enters; none decides anything."""
