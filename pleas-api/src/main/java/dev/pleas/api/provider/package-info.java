/**
 * How implementations are found: providers, their availability, and the registry that survives
 * broken jars and explains every choice.
 */
@NullMarked
package dev.pleas.api.provider;

import org.jspecify.annotations.NullMarked;
