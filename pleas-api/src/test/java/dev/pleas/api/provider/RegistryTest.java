package dev.pleas.api.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.error.ProviderException;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability.Unavailable;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final String AVAILABLE = "new Availability.Available(\"\")";
  private static final String UNAVAILABLE =
      "new Availability.Unavailable(\"no device\", \"install a driver\")";

  /** Compiled once, written often. */
  private static final PluginJar SOUND = new PluginJar().provider("Sound", "sound", 5);

  private static final PluginJar LAST = new PluginJar().provider("Last", "last", 4);

  @TempDir Path folder;

  private final List<URLClassLoader> loaders = new ArrayList<>();

  @AfterEach
  void closeLoaders() throws IOException {
    for (URLClassLoader loader : loaders) {
      loader.close();
    }
  }

  private Registry registry(PluginJar... jars) throws IOException {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      urls[i] = jars[i].write(folder, "plugin-" + i + ".jar", "1." + i).toUri().toURL();
    }
    URLClassLoader loader = new URLClassLoader(urls, MatcherProvider.class.getClassLoader());
    loaders.add(loader);
    return Registry.of(loader);
  }

  private static PluginJar provider(String id, String priority, String probe) {
    return new PluginJar().provider("Other", id, priority, probe, "");
  }

  /** A jar between two sound ones must not hide them, and must be listed with a reason. */
  private RegistryEntry<MatcherProvider> assertBroken(PluginJar broken) throws IOException {
    Registry registry = registry(SOUND, broken, LAST);
    List<RegistryEntry<MatcherProvider>> entries = registry.entries(MatcherProvider.class);

    assertThat(entries).hasSize(3);
    assertThat(entries.subList(0, 2))
        .extracting(RegistryEntry::id)
        .containsExactly("sound", "last");
    assertThat(entries.subList(0, 2)).allMatch(RegistryEntry::usable);
    assertThat(registry.best(MatcherProvider.class).entry().id()).isEqualTo("sound");
    assertThat(registry.select(MatcherProvider.class, "last").provider().create()).isNotNull();
    RegistryEntry<MatcherProvider> entry = entries.get(2);
    assertThat(entry.usable()).isFalse();
    assertThat(entry.provider()).isNull();
    return entry;
  }

  private static String reason(RegistryEntry<?> entry) {
    assertThat(entry.availability()).isInstanceOf(Unavailable.class);
    Unavailable no = (Unavailable) entry.availability();
    assertThat(no.remedy()).isEqualTo("remove or replace the jar that provides it");
    return no.reason();
  }

  @Test
  void entries_soundProvider_saysWhereItCameFrom() throws IOException {
    RegistryEntry<MatcherProvider> entry = registry(SOUND).entries(MatcherProvider.class).get(0);

    assertThat(entry.id()).isEqualTo("sound");
    assertThat(entry.origin()).isEqualTo("plugin-0.jar");
    assertThat(entry.version()).isEqualTo("1.0");
    assertThat(entry.priority()).isEqualTo(5);
    assertThat(entry.kind()).isEqualTo(MatcherProvider.class);
    assertThat(entry.usable()).isTrue();
  }

  @Test
  void entries_serviceFileNamingAMissingClass_saysNotFound() throws IOException {
    RegistryEntry<?> entry = assertBroken(new PluginJar().service("plugin.Nowhere"));

    assertThat(entry.id()).isEqualTo("plugin.Nowhere");
    assertThat(reason(entry)).contains("Provider plugin.Nowhere not found");
  }

  @Test
  void entries_superclassMissing_namesIt() throws IOException {
    PluginJar jar =
        new PluginJar()
            .compiled(
                "Child",
                "package plugin; public abstract class Child extends Parent"
                    + " implements dev.pleas.api.match.MatcherProvider {} class Parent {}")
            .without("Parent")
            .service("plugin.Child");

    RegistryEntry<?> entry = assertBroken(jar);

    assertThat(reason(entry)).contains("NoClassDefFoundError").contains("plugin/Parent");
    assertThat(entry.id()).isEqualTo("plugin.Parent");
  }

  @Test
  void entries_constructorThrows_saysWhat() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider(
                "Other",
                "\"other\"",
                "9",
                AVAILABLE,
                "public Other() { throw new IllegalStateException(\"no licence\"); }");

    RegistryEntry<?> entry = assertBroken(jar);

    assertThat(entry.id()).isEqualTo("plugin.Other");
    assertThat(reason(entry))
        .contains("could not be instantiated")
        .contains("IllegalStateException: no licence");
  }

  @Test
  void entries_staticInitialiserThrows_saysSo() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider("Other", "\"other\"", "9", AVAILABLE, "static int x = 1 / (\"\".length());");

    assertThat(reason(assertBroken(jar))).contains("could not be instantiated");
  }

  @Test
  void entries_noPublicConstructor_saysSo() throws IOException {
    PluginJar jar =
        new PluginJar().provider("Other", "\"other\"", "9", AVAILABLE, "private Other() {}");

    assertThat(reason(assertBroken(jar))).contains("Unable to get public no-arg constructor");
  }

  @Test
  void entries_classOfAnotherKind_saysNotASubtype() throws IOException {
    PluginJar jar =
        new PluginJar()
            .compiled("Thing", "package plugin; public class Thing {}")
            .service("plugin.Thing");

    RegistryEntry<?> entry = assertBroken(jar);

    assertThat(entry.id()).isEqualTo("plugin.Thing");
    assertThat(reason(entry)).contains("plugin.Thing not a subtype");
  }

  @Test
  void entries_newerClassFile_namesTheClass() throws IOException {
    PluginJar jar = new PluginJar().provider("Other", "other", 9).fromTheFuture("Other");

    RegistryEntry<?> entry = assertBroken(jar);

    assertThat(entry.id()).isEqualTo("plugin.Other");
    assertThat(reason(entry))
        .contains("UnsupportedClassVersionError")
        .contains("class file version 199");
  }

  @Test
  void entries_garbageInTheServiceFile_saysSo() throws IOException {
    RegistryEntry<?> entry = assertBroken(new PluginJar().service("no class name"));

    assertThat(entry.id()).isEqualTo("service file");
    assertThat(reason(entry))
        .contains("plugin-1.jar")
        .contains("Illegal configuration-file syntax");
  }

  @Test
  void entries_probeThrows_namesTheIdAndWhat() throws IOException {
    RegistryEntry<?> entry =
        assertBroken(provider("\"other\"", "9", "java.util.List.<Availability>of().get(0)"));

    assertThat(entry.id()).isEqualTo("other");
    assertThat(entry.origin()).isEqualTo("plugin-1.jar");
    assertThat(reason(entry)).contains("IndexOutOfBoundsException");
  }

  @Test
  void entries_probeOfAMissingNativeLibrary_isAReason() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider(
                "Other",
                "\"other\"",
                "9",
                "load()",
                "static Availability load() { System.loadLibrary(\"nowhere\"); return null; }");

    assertThat(reason(assertBroken(jar))).contains("UnsatisfiedLinkError").contains("nowhere");
  }

  @Test
  void entries_probeReturnsNull_saysSo() throws IOException {
    assertThat(reason(assertBroken(provider("\"other\"", "9", "null"))))
        .contains("probe() returned null");
  }

  @Test
  void entries_otherApiVersion_saysBoth() throws IOException {
    PluginJar jar = new PluginJar().provider("Other", "\"other\"", "9", "2", AVAILABLE, "", "");

    RegistryEntry<?> entry = assertBroken(jar);

    assertThat(entry.id()).isEqualTo("plugin.Other");
    assertThat(reason(entry)).isEqualTo("it was compiled against API version 2, this is version 1");
  }

  @Test
  void entries_malformedIds_areQuoted() throws IOException {
    for (String id : new String[] {"", "Upper", "9lives", "two words", "a".repeat(33)}) {
      RegistryEntry<?> entry = assertBroken(provider("\"" + id + "\"", "9", AVAILABLE));

      assertThat(entry.id()).isEqualTo("plugin.Other");
      assertThat(reason(entry))
          .isEqualTo("its id \"" + id + "\" does not match [a-z][a-z0-9-]{0,31}");
    }
    assertThat(reason(assertBroken(provider("null", "9", AVAILABLE))))
        .contains("NullPointerException");
  }

  @Test
  void entries_duplicateId_leavesTheFirst() throws IOException {
    RegistryEntry<?> entry = assertBroken(provider("\"sound\"", "3", AVAILABLE));

    assertThat(entry.id()).isEqualTo("sound");
    assertThat(reason(entry))
        .isEqualTo("another provider in plugin-0.jar has the same id; ids must be unique");
  }

  @Test
  void entries_serviceFileNamingNothing_addsNothing() throws IOException {
    PluginJar empty = new PluginJar().service("# nothing here").service("");

    assertThat(registry(SOUND, empty).entries(MatcherProvider.class))
        .extracting(RegistryEntry::id)
        .containsExactly("sound");
  }

  @Test
  void entries_severalBrokenInOneJar_areAllListed() throws IOException {
    PluginJar jar =
        new PluginJar()
            .service("plugin.Nowhere")
            .provider("Other", "\"other\"", "9", "null", "")
            .service("plugin.Neither")
            .provider("Sound", "sound", 5);

    List<RegistryEntry<MatcherProvider>> entries = registry(jar).entries(MatcherProvider.class);

    assertThat(entries)
        .extracting(RegistryEntry::id)
        .containsExactlyInAnyOrder("sound", "plugin.Nowhere", "other", "plugin.Neither");
    assertThat(entries).filteredOn(RegistryEntry::usable).hasSize(1);
  }

  @Test
  void entries_askedTwice_probesOnce() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider(
                "Other",
                "\"other\"",
                "probes",
                "count()",
                "static int probes; static Availability count() { probes++; return "
                    + AVAILABLE
                    + "; }");
    Registry registry = registry(jar);
    registry.entries(MatcherProvider.class);
    registry.best(MatcherProvider.class);

    RegistryEntry<MatcherProvider> entry = registry.entries(MatcherProvider.class).get(0);
    assertThat(entry.provider().priority()).isEqualTo(1);
  }

  @Test
  void best_severalAvailable_isTheHighestPriority() throws IOException {
    Registry registry = registry(SOUND, provider("\"better\"", "7", AVAILABLE));

    Selection<MatcherProvider> best = registry.best(MatcherProvider.class);

    assertThat(best.entry().id()).isEqualTo("better");
    assertThat(best.reason()).isEqualTo("highest priority (7) of those available");
    assertThat(registry.select(MatcherProvider.class, "auto").entry().id()).isEqualTo("better");
  }

  @Test
  void best_equalPriorities_isTheSmallerId() throws IOException {
    Registry registry = registry(SOUND, provider("\"alike\"", "5", AVAILABLE));

    assertThat(registry.best(MatcherProvider.class).entry().id()).isEqualTo("alike");
  }

  @Test
  void best_highestUnavailable_isTheNextAndSaysWhy() throws IOException {
    Registry registry = registry(SOUND, provider("\"fast\"", "9", UNAVAILABLE));

    Selection<MatcherProvider> best = registry.best(MatcherProvider.class);

    assertThat(best.entry().id()).isEqualTo("sound");
    assertThat(best.reason())
        .isEqualTo("best available; passed over fast: no device (install a driver)");
  }

  @Test
  void best_noneAvailable_saysWhyForEach() throws IOException {
    Registry registry =
        registry(provider("\"fast\"", "9", UNAVAILABLE), new PluginJar().service("plugin.Nowhere"));

    assertThatThrownBy(() -> registry.best(MatcherProvider.class))
        .isInstanceOf(ProviderException.class)
        .hasMessageStartingWith(
            "no matcher is available: fast: no device (install a driver); plugin")
        .hasMessageContaining("Provider plugin.Nowhere not found");
  }

  @Test
  void best_noneFound_saysWhatToAdd() throws IOException {
    assertThatThrownBy(() -> registry().best(TensorBackendProvider.class))
        .isInstanceOf(ProviderException.class)
        .hasMessage(
            "no tensor backend is available: none was found on the classpath; add a jar that"
                + " provides one");
  }

  @Test
  void select_unavailable_doesNotFallBack() throws IOException {
    Registry registry = registry(SOUND, provider("\"fast\"", "9", UNAVAILABLE));

    assertThatThrownBy(() -> registry.select(MatcherProvider.class, "fast"))
        .isInstanceOf(ProviderException.class)
        .hasMessage("matcher fast cannot be used here: no device (install a driver)");
    assertThat(registry.select(MatcherProvider.class, "sound").reason()).isEqualTo("chosen by id");
  }

  @Test
  void select_unknown_listsWhatThereIs() throws IOException {
    Registry registry = registry(SOUND, provider("\"fast\"", "9", UNAVAILABLE));

    assertThatThrownBy(() -> registry.select(MatcherProvider.class, "slow"))
        .isInstanceOf(ProviderException.class)
        .hasMessage("no matcher slow; there are: fast, sound. See: pleas backends");
    assertThatThrownBy(() -> registry.select(TensorBackendProvider.class, "slow"))
        .hasMessage("no tensor backend slow; there are: none. See: pleas backends");
  }

  @Test
  void name_ofAKind_isForPeople() {
    assertThat(Registry.name(TensorBackendProvider.class)).isEqualTo("tensor backend");
    assertThat(Registry.name(LeastSquaresSolverProvider.class)).isEqualTo("least squares solver");
    assertThat(Registry.name(MatcherProvider.class)).isEqualTo("matcher");
  }
}
