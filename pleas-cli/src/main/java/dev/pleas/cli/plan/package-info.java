/** What a merge would make and take, told without making it. */
@NullMarked
package dev.pleas.cli.plan;

import org.jspecify.annotations.NullMarked;
