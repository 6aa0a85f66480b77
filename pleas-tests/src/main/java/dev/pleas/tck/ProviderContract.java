package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * What every provider keeps: rules {@code provider101} and on of {@code docs/spi.md}. The other
 * contracts include these.
 *
 * @param <T> the contract whose implementations it makes
 * @param <P> the kind of provider
 */
public abstract class ProviderContract<T, P extends Provider<T>> {
  /** Returns a new provider under test, as {@link java.util.ServiceLoader} would make it. */
  protected abstract P provider();

  /**
   * Returns whether a rule that SHOULD be kept fails the suite when it is not. By default it is
   * reported as skipped, with the reason.
   */
  protected boolean strict() {
    return false;
  }

  /**
   * Makes the implementation under test. Where the provider says that it cannot be used here, the
   * test is skipped with its reason.
   */
  protected final T create() {
    return available().create();
  }

  /** Returns the provider under test; skips the test where it cannot be used. */
  final P available() {
    P provider = provider();
    if (provider.probe() instanceof Availability.Unavailable no) {
      throw new TestAbortedException(
          provider.id() + " cannot be used here: " + no.reason() + "; " + no.remedy());
    }
    return provider;
  }

  /**
   * Judges a rule that SHOULD be kept.
   *
   * @param kept whether it is
   * @param finding what was found instead
   */
  protected final void recommend(boolean kept, String finding) {
    if (!kept) {
      if (strict()) {
        Assertions.fail(finding);
      }
      throw new TestAbortedException("not as recommended: " + finding);
    }
  }

  @Test
  void required_provider101_idIsWellFormed() {
    String id = provider().id();
    assertTrue(
        id.matches("[a-z][a-z0-9-]{0,31}"),
        () -> "the id \"" + id + "\" does not match [a-z][a-z0-9-]{0,31}");
  }

  @Test
  void required_provider102_apiVersionIsThatOfTheContracts() {
    assertEquals(
        Provider.API_VERSION,
        provider().apiVersion(),
        "apiVersion() must return Provider.API_VERSION, the constant that it was compiled against");
  }
}
