package dev.pleas.cli.merge;

import java.nio.file.Path;

/**
 * A network to merge.
 *
 * @param name short name, unique in the merge
 * @param path checkpoint, or folder that a merge wrote
 */
public record NamedPath(String name, Path path) {}
