"""The Pulumi engine and its provider plugins: official where they are here, else built or stood in for."""
