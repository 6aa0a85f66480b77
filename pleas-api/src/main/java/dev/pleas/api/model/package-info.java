/**
 * Networks with weights, and the contract of the adapters that recognise an architecture from
 * tensor names and shapes.
 */
@NullMarked
package dev.pleas.api.model;

import org.jspecify.annotations.NullMarked;
