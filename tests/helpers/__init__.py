"""What the tests of several stages share."""
