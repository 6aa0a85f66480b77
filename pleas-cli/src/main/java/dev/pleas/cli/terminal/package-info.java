/** What people see: progress, tables, and which of it their terminal can show. */
@NullMarked
package dev.pleas.cli.terminal;

import org.jspecify.annotations.NullMarked;
