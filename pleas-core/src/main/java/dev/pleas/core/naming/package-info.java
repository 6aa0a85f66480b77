/** How a person names several layers or groups at once. */
@NullMarked
package dev.pleas.core.naming;

import org.jspecify.annotations.NullMarked;
