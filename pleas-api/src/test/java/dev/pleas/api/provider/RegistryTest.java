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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
  private static final String AVAILABLE = "new Availability.Available(\"\")";
  private static final String UNAVAILABLE =
      "new Availability.Unavailable(\"no device\", \"install a driver\")";

  /** Compiled once, written often. */
  private static final PluginJar SOUND = new PluginJar().provider("Sound", "sound", 5);

  private static final PluginJar LAST = new PluginJar().provider("Last", "last", 4);

  private static final String SERVICE_FILE = "META-INF/services/" + MatcherProvider.class.getName();

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

  private static void assertSays(RegistryEntry<?> entry, String reason, String remedy) {
    assertThat(entry.availability()).isEqualTo(new Unavailable(reason, remedy));
  }

  private static void assertFrom(RegistryEntry<?> entry, String id) {
    assertThat(entry.id()).isEqualTo(id);
    assertThat(entry.origin()).isEqualTo("plugin-1.jar");
    assertThat(entry.version()).isEqualTo("1.1");
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

    assertFrom(entry, "plugin.Nowhere");
    assertSays(
        entry,
        "its service file names plugin.Nowhere, which was not found",
        "put the jar that has plugin.Nowhere next to plugin-1.jar, or take a complete build of it");
  }

  @Test
  void entries_superclassMissing_namesProviderAndSuperclass() throws IOException {
    PluginJar jar =
        new PluginJar()
            .compiled(
                "Child",
                "package plugin; public abstract class Child extends Parent"
                    + " implements dev.pleas.api.match.MatcherProvider {} class Parent {}")
            .without("Parent")
            .service("plugin.Child");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Child");
    assertSays(
        entry,
        "class plugin.Parent, which it needs, was not found",
        "put the jar that has plugin.Parent next to plugin-1.jar");
  }

  @Test
  void entries_severalUnloadable_areEachGivenTheirOwnFailure() throws IOException {
    PluginJar future = new PluginJar().provider("Future", "future", 9).fromTheFuture("Future");
    PluginJar orphan =
        new PluginJar()
            .service("plugin.Nowhere")
            .compiled(
                "Child",
                "package plugin; public abstract class Child extends Parent"
                    + " implements dev.pleas.api.match.MatcherProvider {} class Parent {}")
            .without("Parent")
            .service("plugin.Child");

    List<RegistryEntry<MatcherProvider>> entries =
        registry(future, SOUND, orphan, LAST).entries(MatcherProvider.class);

    assertThat(entries)
        .extracting(entry -> entry.id() + " " + entry.origin())
        .containsExactly(
            "sound plugin-1.jar",
            "last plugin-3.jar",
            "plugin.Child plugin-2.jar",
            "plugin.Future plugin-0.jar",
            "plugin.Nowhere plugin-2.jar");
    assertThat(((Unavailable) entries.get(2).availability()).reason()).contains("plugin.Parent");
    assertThat(((Unavailable) entries.get(3).availability()).reason()).contains("Java 155");
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

    assertFrom(entry, "plugin.Other");
    assertSays(
        entry,
        "its constructor throws java.lang.IllegalStateException: no licence",
        "report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @Test
  void entries_staticInitialiserThrows_saysSo() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider("Other", "\"other\"", "9", AVAILABLE, "static int x = 1 / (\"\".length());");

    assertSays(
        assertBroken(jar),
        "its static initialiser throws java.lang.ArithmeticException: / by zero",
        "report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @Test
  void entries_noPublicConstructor_saysSo() throws IOException {
    PluginJar jar =
        new PluginJar().provider("Other", "\"other\"", "9", AVAILABLE, "private Other() {}");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Other");
    assertSays(
        entry,
        "it has no public constructor without arguments",
        "report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @Test
  void entries_classOfAnotherKind_saysNotASubtype() throws IOException {
    PluginJar jar =
        new PluginJar()
            .compiled("Thing", "package plugin; public class Thing {}")
            .service("plugin.Thing");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Thing");
    assertSays(
        entry,
        "plugin.Thing not a subtype",
        "report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @Test
  void entries_newerClassFile_saysWhichJava() throws IOException {
    PluginJar jar = new PluginJar().provider("Other", "other", 9).fromTheFuture("Other");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Other");
    int here = Runtime.version().feature();
    assertSays(
        entry,
        "class plugin.Other was compiled for Java 155 (class file version 199), this is Java "
            + here,
        "run with Java 155 or newer, or take a build of the jar for Java " + here);
  }

  @Test
  void entries_damagedClassFile_asksForAnotherCopy() throws IOException {
    PluginJar jar = new PluginJar().provider("Other", "other", 9).damaged("Other");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Other");
    assertThat(((Unavailable) entry.availability()).reason())
        .startsWith("the jar is damaged: java.lang.ClassFormatError: ");
    assertThat(((Unavailable) entry.availability()).remedy())
        .isEqualTo("take an undamaged copy of plugin-1.jar");
  }

  @Test
  void entries_garbageInTheServiceFile_saysTheLine() throws IOException {
    RegistryEntry<?> entry =
        assertBroken(new PluginJar().service("# a comment").service("no class name"));

    assertFrom(entry, "plugin-1.jar");
    Unavailable no = (Unavailable) entry.availability();
    assertThat(no.reason()) // newer versions of Java add the line
        .startsWith(
            "its service file "
                + SERVICE_FILE
                + " is malformed, line 2: Illegal configuration-file syntax");
    assertThat(no.remedy())
        .isEqualTo("report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @Test
  void entries_probeThrows_namesTheIdAndWhat() throws IOException {
    RegistryEntry<?> entry =
        assertBroken(provider("\"other\"", "9", "java.util.List.<Availability>of().get(0)"));

    assertFrom(entry, "other");
    assertSays(
        entry,
        "its probe() throws java.lang.ArrayIndexOutOfBoundsException: Index 0 out of bounds for"
            + " length 0",
        "report it to its author; remove plugin-1.jar to be rid of this message");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "new Error(\"no\")",
        "new AssertionError(\"no\")",
        "new java.io.IOException(\"no\")",
        "new Throwable(\"no\")",
        "new StackOverflowError(\"no\")"
      })
  void entries_probeThrowsAnything_isAReason(String thrown) throws IOException {
    RegistryEntry<?> entry = assertBroken(throwing(thrown));

    assertThat(((Unavailable) entry.availability()).reason())
        .startsWith("its probe() throws java.")
        .endsWith(": no");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OutOfMemoryError", "InternalError"})
  void entries_probeMeetsABrokenJvm_isNotTheJarsFault(String error) {
    assertThatThrownBy(() -> assertBroken(throwing("new " + error + "(\"no\")")))
        .isInstanceOf(VirtualMachineError.class)
        .hasMessage("no");
  }

  /** A provider whose probe throws; the cast lets it throw checked exceptions, too. */
  private static PluginJar throwing(String thrown) {
    return new PluginJar()
        .provider(
            "Other",
            "\"other\"",
            "9",
            "sneak(" + thrown + ")",
            "@SuppressWarnings(\"unchecked\") static <E extends Throwable> Availability"
                + " sneak(Throwable e) throws E { throw (E) e; }");
  }

  @Test
  void entries_probeNeedsAMissingClass_namesIt() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider(
                "Other",
                "\"other\"",
                "9",
                "1",
                "Library.load()",
                "",
                " class Library { static Availability load() { return null; } }")
            .without("Library");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "other");
    assertSays(
        entry,
        "class plugin.Library, which it needs, was not found",
        "put the jar that has plugin.Library next to plugin-1.jar");
  }

  @Test
  void entries_probeMeetsAnotherVersionOfALibrary_saysSo() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider(
                "Other",
                "\"other\"",
                "9",
                "1",
                "Library.load()",
                "",
                " class Library { static Availability load() { return null; } }")
            .compiled("Library", "package plugin; class Library {}");

    Unavailable no = (Unavailable) assertBroken(jar).availability();

    assertThat(no.reason())
        .startsWith(
            "it was compiled against another version of a library that it uses:"
                + " java.lang.NoSuchMethodError: ")
        .contains("Library.load()");
    assertThat(no.remedy())
        .isEqualTo("put the version of the library that plugin-1.jar was built with next to it");
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

    Unavailable no = (Unavailable) assertBroken(jar).availability();

    assertThat(no.reason())
        .startsWith("its probe() throws java.lang.UnsatisfiedLinkError: no nowhere in ");
    assertThat(no.remedy())
        .isEqualTo(
            "install the native library that it asks for; remove plugin-1.jar to be rid of this"
                + " message");
  }

  @Test
  void entries_nullWhereATextIsDue_saysWhich() throws IOException {
    String remedy = "report it to its author; remove plugin-1.jar to be rid of this message";
    assertSays(
        assertBroken(provider("\"other\"", "9", "null")),
        "its probe() throws java.lang.NullPointerException: probe() returned null",
        remedy);
    assertSays(
        assertBroken(provider("null", "9", AVAILABLE)),
        "its id() throws java.lang.NullPointerException: id() returned null",
        remedy);
    assertSays(
        assertBroken(provider("\"other\"", "9", "new Availability.Unavailable(\"no\", null)")),
        "its probe() throws java.lang.NullPointerException: remedy",
        remedy);
  }

  @Test
  void entries_otherApiVersion_saysBothAndWhichIsNewer() throws IOException {
    PluginJar newer = new PluginJar().provider("Other", "\"other\"", "9", "2", AVAILABLE, "", "");
    PluginJar older = new PluginJar().provider("Other", "\"other\"", "9", "0", AVAILABLE, "", "");

    RegistryEntry<?> entry = assertBroken(newer);
    assertFrom(entry, "plugin.Other");
    assertSays(
        entry,
        "it was compiled against API version 2, which is newer than this one, version 1",
        "take a version of the jar built for API version 1, or a newer release of PLeaS");
    assertSays(
        assertBroken(older),
        "it was compiled against API version 0, which is older than this one, version 1",
        "take a version of the jar built for API version 1");
  }

  /** The class inherits apiVersion() from a superclass that, when it runs, has none. */
  @Test
  void entries_withoutApiVersion_isOfAnotherApi() throws IOException {
    String base = "package plugin; public abstract class Base implements";
    PluginJar jar =
        new PluginJar()
            .compiled(
                "Other",
                "package plugin; import dev.pleas.api.provider.Availability;"
                    + "public class Other extends Base {"
                    + "public String id() { return \"other\"; }"
                    + "public String description() { return \"\"; }"
                    + "public int priority() { return 9; }"
                    + "public Availability probe() { return null; }"
                    + "public dev.pleas.api.match.Matcher create() { return null; } }"
                    + "abstract class Base implements dev.pleas.api.match.MatcherProvider {"
                    + "public int apiVersion() { return 1; } }")
            .compiled("Base", base + " dev.pleas.api.match.MatcherProvider {}")
            .service("plugin.Other");

    RegistryEntry<?> entry = assertBroken(jar);

    assertFrom(entry, "plugin.Other");
    Unavailable no = (Unavailable) entry.availability();
    assertThat(no.reason())
        .startsWith(
            "it was compiled against another version of the API: java.lang.AbstractMethodError: ")
        .contains("apiVersion");
    assertThat(no.remedy()).isEqualTo("take a version of the jar built for API version 1");
  }

  @Test
  void entries_malformedIds_areQuoted() throws IOException {
    for (String id : new String[] {"", "Upper", "9lives", "two words", "a".repeat(33)}) {
      RegistryEntry<?> entry = assertBroken(provider("\"" + id + "\"", "9", AVAILABLE));

      assertFrom(entry, "plugin.Other");
      assertSays(
          entry,
          "its id \"" + id + "\" does not match [a-z][a-z0-9-]{0,31}",
          "report it to its author; remove plugin-1.jar to be rid of this message");
    }
  }

  @Test
  void entries_duplicateId_leavesTheFirst() throws IOException {
    RegistryEntry<?> entry = assertBroken(provider("\"sound\"", "3", AVAILABLE));

    assertFrom(entry, "sound");
    assertSays(
        entry,
        "another provider in plugin-0.jar has the same id; ids must be unique",
        "remove one of the two jars: plugin-0.jar, plugin-1.jar");
  }

  @Test
  void entries_duplicateIdInOneJar_isItsAuthorsToMend() throws IOException {
    PluginJar jar =
        new PluginJar()
            .provider("Other", "\"twin\"", "9", AVAILABLE, "")
            .provider("Another", "\"twin\"", "8", AVAILABLE, "");

    RegistryEntry<?> entry = registry(jar).entries(MatcherProvider.class).get(1);

    assertSays(
        entry,
        "another provider in plugin-0.jar has the same id; ids must be unique",
        "report it to its author; remove plugin-0.jar to be rid of this message");
  }

  @Test
  void entries_secondCopyOfAJar_isNamed() throws IOException {
    RegistryEntry<?> entry = assertBroken(new PluginJar().provider("Sound", "sound", 5));

    assertFrom(entry, "plugin.Sound");
    assertSays(
        entry,
        "plugin-0.jar has the same class, and is searched first; this copy is not used",
        "remove one of the two jars: plugin-0.jar, plugin-1.jar");
  }

  @Test
  void entries_serviceFileNamingNothing_isNamed() throws IOException {
    RegistryEntry<?> entry =
        assertBroken(new PluginJar().service("# nothing here").service("").service("  # nor here"));

    assertFrom(entry, "plugin-1.jar");
    assertSays(
        entry,
        "its service file " + SERVICE_FILE + " names no provider",
        "take a complete build of plugin-1.jar, or remove it");
  }

  @Test
  void entries_folderOfClasses_isNamedToo() throws IOException {
    Path services = Files.createDirectories(folder.resolve("my-classes/META-INF/services"));
    Files.writeString(services.resolve(MatcherProvider.class.getName()), "");
    URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.resolve("my-classes").toUri().toURL()});
    loaders.add(loader);

    RegistryEntry<?> entry = Registry.of(loader).entries(MatcherProvider.class).get(0);

    assertThat(entry.id()).isEqualTo("my-classes");
    assertThat(entry.origin()).isEqualTo("my-classes");
    assertThat(entry.version()).isEqualTo("unknown");
  }

  @Test
  void entries_damagedServiceFile_asksForAnotherCopy() throws IOException {
    Path jar = new PluginJar().service("plugin.Nowhere".repeat(50)).write(folder, "bad.jar", "1");
    PluginJar.damageServiceFile(jar);
    URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
    loaders.add(loader);

    List<RegistryEntry<MatcherProvider>> entries =
        Registry.of(loader).entries(MatcherProvider.class);

    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).id()).isEqualTo("bad.jar");
    Unavailable no = (Unavailable) entries.get(0).availability();
    assertThat(no.reason()).startsWith("its service file " + SERVICE_FILE + " cannot be read: ");
    assertThat(no.remedy()).isEqualTo("take an undamaged copy of bad.jar");
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
        .hasMessageContaining("plugin.Nowhere, which was not found");
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
