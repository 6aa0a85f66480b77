package dev.pleas.tck;

import java.util.function.Supplier;

/**
 * A deliberately broken implementation.
 *
 * @param rule the number of the rule that it breaks
 * @param provider makes its provider
 * @param text what the failure must say
 * @param <P> the kind of provider
 */
record Broken<P>(String rule, Supplier<P> provider, String text) {
  @Override
  public String toString() {
    return rule + ": " + text;
  }
}
