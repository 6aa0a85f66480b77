/** What a merge leaves behind: the network, its configuration and the reports. */
@NullMarked
package dev.pleas.cli.output;

import org.jspecify.annotations.NullMarked;
