/**
 * What checkpoint formats share: files written whole or not at all, files mapped into memory, and
 * the open checkpoint over them.
 */
@NullMarked
package dev.pleas.models.file;

import org.jspecify.annotations.NullMarked;
