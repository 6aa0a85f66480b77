package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

class BrokenProvidersTest extends BrokenSuite<MatcherProvider> {
  BrokenProvidersTest() {
    super("provider", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends ProviderContract<Matcher, MatcherProvider> {
    private static MatcherProvider underTest;

    @Override
    protected MatcherProvider provider() {
      return underTest;
    }

    @Override
    protected Duration probeLimit() {
      return Duration.ofMillis(100);
    }
  }

  private static final Device DEVICE_0 = new Device(0, "first", 1);
  private static final Device DEVICE_1 = new Device(1, "second", 1);

  /** Lists devices, and refuses them all. */
  private static class OnDevices extends SoundProvider {
    private final List<Device> devices;

    OnDevices(List<Device> devices) {
      this.devices = devices;
    }

    @Override
    public List<Device> devices() {
      return devices;
    }
  }

  /** What a broken provider answers instead. */
  private static final class Answering extends SoundProvider {
    private final Supplier<String> id;
    private final Supplier<String> description;
    private final Supplier<Availability> availability;

    Answering(
        Supplier<String> id, Supplier<String> description, Supplier<Availability> availability) {
      this.id = id;
      this.description = description;
      this.availability = availability;
    }

    @Override
    public String id() {
      return id.get();
    }

    @Override
    public String description() {
      return description.get();
    }

    @Override
    public Availability probe() {
      return availability.get();
    }
  }

  private static final class Closeable implements Matcher, AutoCloseable {
    @Override
    public Permutation match(Matrix similarity) {
      return Permutation.identity(similarity.rows());
    }

    @Override
    public void close() {}
  }

  /** Is public and can be made, but no service file names it. */
  public static final class Unlisted extends SoundProvider {
    /** Does nothing. */
    public Unlisted() {}
  }

  /** Has an argument. */
  public static final class Demanding extends SoundProvider {
    /** Takes one. */
    public Demanding(int ignored) {}
  }

  /** Works in its constructor. */
  public static final class Busy extends SoundProvider {
    /** Starts a thread. */
    public Busy() {
      Thread eager = new Thread(() -> sleep(60_000), "eager-loader");
      eager.setDaemon(true);
      eager.start();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Broken<MatcherProvider> id(String rule, Supplier<String> id, String text) {
    SoundProvider sound = new SoundProvider();
    return new Broken<>(rule, () -> new Answering(id, sound::description, sound::probe), text);
  }

  private static Broken<MatcherProvider> description(String rule, String says, String text) {
    SoundProvider sound = new SoundProvider();
    return new Broken<>(rule, () -> new Answering(sound::id, () -> says, sound::probe), text);
  }

  private static Broken<MatcherProvider> probe(
      String rule, Supplier<Availability> availability, String text) {
    SoundProvider sound = new SoundProvider();
    return new Broken<>(
        rule, () -> new Answering(sound::id, sound::description, availability), text);
  }

  @Override
  List<Broken<MatcherProvider>> cases() {
    AtomicInteger calls = new AtomicInteger();
    Availability available = new Availability.Available("");
    Availability unavailable = new Availability.Unavailable("no machine", "");
    return List.of(
        id("provider101", () -> "Not Well Formed", "the id \"Not Well Formed\" does not match"),
        new Broken<>(
            "provider102",
            () ->
                new SoundProvider() {
                  @Override
                  public int apiVersion() {
                    return 7;
                  }
                },
            "apiVersion() must return Provider.API_VERSION"),
        id("provider103", () -> "auto", "the id auto means the best provider there is"),
        description("provider104", " ", "description() is empty"),
        description("provider104", "a\nb", "description() must be one line, found \"a\nb\""),
        id("provider105", () -> "id" + calls.incrementAndGet(), "id() must always return the same"),
        probe(
            "provider106",
            () -> {
              throw new UnsatisfiedLinkError("no native in java.library.path");
            },
            "probe() must never throw; return Unavailable with the reason instead of"
                + " java.lang.UnsatisfiedLinkError"),
        probe("provider106", () -> null, "probe() returned null"),
        probe(
            "provider107",
            () -> calls.incrementAndGet() % 2 == 0 ? available : unavailable,
            "probe() was asked again at once and must answer as before"),
        probe(
            "provider108",
            () -> {
              sleep(10_000);
              return available;
            },
            "it takes too long"),
        probe(
            "provider109",
            () -> new Availability.Unavailable("", ""),
            "Unavailable with an empty reason"),
        new Broken<>(
            "provider111",
            () ->
                new SoundProvider() {
                  @Override
                  public Matcher create() {
                    throw new IllegalStateException("no driver");
                  }
                },
            "probe() returned Available, but create() threw java.lang.IllegalStateException: no"
                + " driver"),
        probe(
            "provider112",
            () -> unavailable,
            "probe() returned Unavailable (no machine), but create() worked"),
        new Broken<>(
            "provider112",
            () ->
                new AbsentProvider() {
                  @Override
                  public Matcher create() {
                    throw new UnsatisfiedLinkError("no machine");
                  }
                },
            "create() must throw a ProviderException where it cannot be used, threw"
                + " java.lang.UnsatisfiedLinkError: no machine"),
        new Broken<>(
            "provider113",
            () ->
                new SoundProvider() {
                  private final Matcher only = new Closeable();

                  @Override
                  public Matcher create() {
                    return only;
                  }
                },
            "create() returned one instance twice"),
        new Broken<>("provider114", () -> new SoundProvider() {}, "must be public"),
        new Broken<>(
            "provider114",
            () -> new Demanding(1),
            "Demanding must have a public constructor without arguments"),
        new Broken<>(
            "provider114",
            Unlisted::new,
            "no file META-INF/services/dev.pleas.api.match.MatcherProvider on the class path names"
                + " dev.pleas.tck.BrokenProvidersTest$Unlisted"),
        new Broken<>("provider115", Busy::new, "[thread eager-loader]"),
        new Broken<>(
            "provider116",
            () -> new OnDevices(List.of(DEVICE_1, DEVICE_0)),
            "in the order of their numbers, each once; found 0 after 1"),
        new Broken<>(
            "provider116",
            () -> new OnDevices(List.of(new Device(0, "two\nlines", 1))),
            "device 0 must be described in one line"),
        new Broken<>(
            "provider116",
            () -> new OnDevices(List.of(new Device(0, "empty", 0))),
            "device 0 has 0 bytes of memory"),
        new Broken<>(
            "provider117",
            () ->
                new OnDevices(List.of(DEVICE_0)) {
                  @Override
                  public Matcher create(DeviceOptions options) {
                    return create();
                  }
                },
            "there is no device 1, but create(options) worked"),
        new Broken<>(
            "provider118",
            () -> new OnDevices(List.of(DEVICE_0)),
            "devices() lists 0, but create(options) threw"));
  }
}
