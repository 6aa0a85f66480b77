package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.tck.Rules.Rule;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;

/**
 * A contract's suite on broken implementations: each must fail the rule that it breaks, with a text
 * that says how, and every rule that MUST be kept is broken by one.
 *
 * @param <P> the kind of provider
 */
abstract class BrokenSuite<P> {
  private final String contract;
  private final Class<?> suite;
  private final Consumer<P> underTest;

  /**
   * @param contract the rules' contract, for instance {@code matcher}
   * @param suite a concrete subclass of the contract's suite
   * @param underTest gives it the provider to test
   */
  BrokenSuite(String contract, Class<?> suite, Consumer<P> underTest) {
    this.contract = contract;
    this.suite = suite;
    this.underTest = underTest;
  }

  /** Returns the broken implementations. */
  abstract List<Broken<P>> cases();

  @TestFactory
  Stream<DynamicTest> broken_implementation_failsItsRule() {
    SortedMap<String, Rule> rules = Rules.of(suite, contract);
    return cases().stream()
        .map(broken -> DynamicTest.dynamicTest(broken.toString(), () -> fails(rules, broken)));
  }

  private void fails(SortedMap<String, Rule> rules, Broken<P> broken) {
    assertThat(rules).containsKey(broken.rule());
    underTest.accept(broken.provider().get());
    TestExecutionResult result = RuleRun.of(suite, rules.get(broken.rule()).method());
    assertThat(result.getStatus()).isEqualTo(TestExecutionResult.Status.FAILED);
    assertThat(result.getThrowable()).isPresent();
    assertThat(result.getThrowable().get()).hasMessageContaining(broken.text());
  }

  @Test
  void everyRequiredRule_isBrokenByOne() {
    assertThat(Rules.unbroken(Rules.of(suite, contract), cases())).isEmpty();
  }
}
