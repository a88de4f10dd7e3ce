"""`command`: commands of this computer as resources."""
