"""Recipes, one file each: a module that declares RECIPE under its own name is found by itself."""
