"""From a wrong address or answer to the name of the mistake."""
