"""What people look at: the funnel, small SVG plots, Markdown tables."""
