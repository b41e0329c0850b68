"""Generation that is never paid for twice: engine protocol, engines, journal, runner."""
