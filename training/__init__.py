"""What makes the model: labelled data, training, evaluation. Nothing in stance/ imports it."""
