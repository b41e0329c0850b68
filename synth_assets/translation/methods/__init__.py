"""Methods over what was translated: pairs and documents made of aligned segments."""
