"""Pages made by the server: HTML out of a shape and the book's words. They ask nobody and change nothing."""
