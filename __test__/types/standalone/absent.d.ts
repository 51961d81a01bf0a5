// Stands in for a package that is not installed. It is not a module, so nothing can be imported from it.
