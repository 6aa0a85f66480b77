/**
 * What every command starts from: the registry with its plugins, the tools chosen from it, and
 * networks loaded from files.
 */
@NullMarked
package dev.pleas.cli.session;

import org.jspecify.annotations.NullMarked;
