package dev.pleas.tck;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.tck.Flawed.Flaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Flaws of tensor backends, each against one rule. */
abstract class Flaws {
  private final List<Broken<TensorBackendProvider>> cases = new ArrayList<>();

  /** Lists the flaws by {@link #scope}, {@link #flaw} and {@link #flaws}. */
  abstract void list();

  final List<Broken<TensorBackendProvider>> cases() {
    list();
    return cases;
  }

  /** An operation of a scope that does something else. */
  final void scope(int rule, String operation, String text, Flaw flaw) {
    flaw(rule, "TensorScope." + operation, text, flaw);
  }

  /** A method that does something else. */
  final void flaw(int rule, String method, String text, Flaw flaw) {
    flaws(rule, text, () -> Map.of(method, flaw));
  }

  /**
   * Several methods that do something else, with what they share.
   *
   * @param flaws makes them anew for each provider
   */
  final void flaws(int rule, String text, Supplier<Map<String, Flaw>> flaws) {
    cases.add(new Broken<>("tensor" + rule, () -> Flawed.provider(flaws.get()), text));
  }
}
