"""What a change of infrastructure does: its dangers, what changes in the pipelines of models, and what it costs."""
