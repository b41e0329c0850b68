"""Any document followed back to its web page and on to what holds it: terminal and web page."""
