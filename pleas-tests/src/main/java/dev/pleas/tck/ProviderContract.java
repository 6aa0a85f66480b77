package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Provider;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
  /** For subclasses. */
  protected ProviderContract() {}

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
   * Returns whether people find the provider with {@link java.util.ServiceLoader}. By default it
   * is; one that is made for tests alone may say no.
   */
  protected boolean registered() {
    return true;
  }

  /** Returns how long {@link Provider#probe} may take on a busy machine: by default 20 seconds. */
  protected Duration probeLimit() {
    return Duration.ofSeconds(20);
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

  @Test
  void required_provider103_idIsNotReserved() {
    assertNotEquals(
        "auto", provider().id(), "the id auto means the best provider there is, and can be none's");
  }

  @Test
  void required_provider104_descriptionIsOneLine() {
    String description = provider().description();
    assertFalse(description.isBlank(), "description() is empty; say in one line what this is");
    assertEquals(
        1,
        description.lines().count(),
        () -> "description() must be one line, found \"" + description + "\"");
  }

  @Test
  void required_provider105_describesItselfAlike() {
    P first = provider();
    P second = provider();
    for (P again : List.of(first, second)) {
      assertEquals(first.id(), again.id(), "id() must always return the same");
      assertEquals(first.priority(), again.priority(), "priority() must always return the same");
      assertEquals(
          first.description(), again.description(), "description() must always return the same");
    }
  }

  @Test
  void required_provider106_probeAnswersWithoutThrowing() {
    assertNotNull(probe(provider()), "probe() returned null; return Available or Unavailable");
  }

  @Test
  void required_provider107_probeAnswersAlike() {
    P provider = provider();
    Class<?> first = probe(provider).getClass();
    for (P again : List.of(provider, provider())) {
      assertEquals(
          first.getSimpleName(),
          probe(again).getClass().getSimpleName(),
          "probe() was asked again at once and must answer as before");
    }
  }

  @Test
  void required_provider108_probeAnswersWithinAMoment() {
    P provider = provider();
    assertTimeoutPreemptively(
        probeLimit(),
        () -> {
          probe(provider);
        },
        "probe() is asked of every provider before anything is shown; it takes too long");
  }

  @Test
  void required_provider109_unavailableSaysWhy() {
    assertFalse(
        unavailable().reason().isBlank(),
        "probe() returned Unavailable with an empty reason; say what is missing");
  }

  @Test
  void recommended_provider110_unavailableSaysWhatToDo() {
    recommend(
        !unavailable().remedy().isBlank(),
        "probe() returned Unavailable with an empty remedy; say what a person can do about it");
  }

  @Test
  void required_provider111_createWorksWhereProbeSaysSo() {
    P provider = provider();
    if (provider.probe() instanceof Availability.Unavailable no) {
      throw new TestAbortedException("it cannot be used here: " + no.reason());
    }
    T made;
    try {
      made = provider.create();
    } catch (RuntimeException | LinkageError e) {
      throw new AssertionError("probe() returned Available, but create() threw " + e, e);
    }
    assertNotNull(made, "create() returned null");
    close(made);
  }

  @Test
  void required_provider112_createRefusesWhereItCannotBeUsed() {
    Availability.Unavailable no = unavailable();
    Throwable refusal =
        assertThrows(
            Throwable.class,
            () -> provider().create(),
            () -> "probe() returned Unavailable (" + no.reason() + "), but create() worked");
    assertTrue(
        refusal instanceof ProviderException,
        () -> "create() must throw a ProviderException where it cannot be used, threw " + refusal);
    String message = String.valueOf(refusal.getMessage());
    assertFalse(message.isBlank(), "the ProviderException of create() must say why");
  }

  @Test
  void required_provider113_createMakesAnewWhatIsClosed() {
    T first = create();
    T second = provider().create();
    try {
      if (!(first instanceof AutoCloseable)) {
        throw new TestAbortedException("its implementations are never closed and may be shared");
      }
      assertNotSame(
          first, second, "create() returned one instance twice: who closes one, closes the other");
    } finally {
      close(first);
      close(second);
    }
  }

  @Test
  void required_provider114_serviceLoaderFindsIt() {
    Class<?> type = listed().getClass();
    Registration.requireConstructible(type);
    Registration.requireListed(type);
  }

  @Test
  void required_provider115_doesNoWorkBeforeItIsAsked() throws IOException, InterruptedException {
    FreshJvm.requireNoWork(listed().getClass());
  }

  @Test
  void required_provider116_devicesAreNumberedAndDescribed() {
    P provider = provider();
    List<Device> devices = devices(provider);
    int last = -1;
    for (Device device : devices) {
      int before = last;
      assertTrue(
          device.number() > before,
          () ->
              "devices() must list devices in the order of their numbers, each once; found "
                  + device.number()
                  + " after "
                  + before);
      last = device.number();
      assertEquals(
          1,
          device.description().strip().lines().count(),
          () -> "device " + device.number() + " must be described in one line");
      assertTrue(
          device.memoryBytes() > 0,
          () -> "device " + device.number() + " has " + device.memoryBytes() + " bytes of memory");
    }
    assertEquals(devices, devices(provider()), "devices() was asked again and must answer alike");
    if (provider.probe() instanceof Availability.Unavailable) {
      assertEquals(List.of(), devices, "devices() where probe() returns Unavailable");
    }
  }

  @Test
  void required_provider117_aDeviceThatIsNotThereIsRefused() {
    P provider = available();
    int unknown = 1 + provider.devices().stream().mapToInt(Device::number).max().orElse(-1);
    Throwable refusal =
        assertThrows(
            Throwable.class,
            () -> close(provider.create(new DeviceOptions(unknown, null))),
            () -> "there is no device " + unknown + ", but create(options) worked");
    assertTrue(
        refusal instanceof ProviderException,
        () ->
            "create(options) must throw a ProviderException for no such device, threw " + refusal);
  }

  @Test
  void required_provider118_everyDeviceCanBeChosen() {
    P provider = available();
    List<Device> devices = provider.devices();
    if (devices.isEmpty()) {
      throw new TestAbortedException("it has no devices to choose from");
    }
    for (Device device : devices) {
      T made;
      try {
        made = provider.create(new DeviceOptions(device.number(), null));
      } catch (RuntimeException | LinkageError e) {
        throw new AssertionError(
            "devices() lists " + device.number() + ", but create(options) threw " + e, e);
      }
      close(made);
    }
  }

  private List<Device> devices(P provider) {
    try {
      return provider.devices();
    } catch (Throwable e) { // whatever it is, it must not come out
      return fail("devices() must never throw; it threw " + e, e);
    }
  }

  private P listed() {
    if (!registered()) {
      throw new TestAbortedException("it is not meant to be found: registered() returns false");
    }
    return provider();
  }

  private Availability probe(P provider) {
    try {
      return provider.probe();
    } catch (Throwable e) { // whatever it is, it must not come out of probe
      return fail(
          "probe() must never throw; return Unavailable with the reason instead of " + e, e);
    }
  }

  private Availability.Unavailable unavailable() {
    if (provider().probe() instanceof Availability.Unavailable no) {
      return no;
    }
    throw new TestAbortedException("it can be used here; this rule is about where it cannot");
  }

  private void close(T made) {
    if (made instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new AssertionError("close() of what create() made threw " + e, e);
      }
    }
  }
}
