"""The embedded default: all that `make up` needs on one computer. The program itself never imports it."""
