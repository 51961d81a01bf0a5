// In place of a package that is not installed: not a module, so that nothing can be imported from it.
