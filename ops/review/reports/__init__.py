"""What a review looks like: for people on a terminal, in a pull request and as a page, and for programs."""
