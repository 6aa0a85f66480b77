// The bindings of cuSOLVER are linked against this library too, and call nothing of it.
