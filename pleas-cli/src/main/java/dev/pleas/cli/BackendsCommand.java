package dev.pleas.cli;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.session.UnreadableJar;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists every provider. */
@Command(
    name = "backends",
    description = {
      "Lists everything that can be plugged in, and why it is used or not.",
      "Backends, matchers, solvers, architectures, file formats and merge methods, from the classpath"
          + " and the plugins folder."
    },
    footer = {"", "Examples:", "  pleas backends", "  pleas backends --plugins my-jars --json"})
final class BackendsCommand extends PleasCommand {
  private static final List<Class<? extends Provider<?>>> KINDS =
      List.of(
          TensorBackendProvider.class,
          MatcherProvider.class,
          LeastSquaresSolverProvider.class,
          ModelAdapterProvider.class,
          CheckpointFormatProvider.class,
          MergeMethodProvider.class);

  /** These are chosen by what is in the file; there is no best one. */
  private static final List<Class<? extends Provider<?>>> BY_CONTENT =
      List.of(ModelAdapterProvider.class, CheckpointFormatProvider.class);

  /** What the registry calls a version or jar that it does not know. */
  private static final String UNKNOWN = "unknown";

  @Option(names = "--json", description = "Prints the list as JSON.")
  private boolean json;

  /**
   * All providers of a kind.
   *
   * @param kind what they provide
   * @param chosen id of the one that automatic choice takes; null if there is none, or the choice
   *     depends on the file
   * @param reason why
   * @param providers the best first
   */
  record Kind(String kind, @Nullable String chosen, String reason, List<Entry> providers) {}

  /**
   * A provider.
   *
   * @param id its id, or what is known of it when it could not be loaded
   * @param description one line; empty when it could not be loaded
   * @param version of its jar
   * @param jar file name of its jar
   * @param priority rank in automatic choice
   * @param available whether it can be used
   * @param broken whether it cannot be used anywhere: the fault is the jar's, not this machine's
   * @param detail what it would run on, or why it cannot be used
   * @param remedy what to do about it; empty when it can be used, or nothing can be done
   */
  record Entry(
      String id,
      String description,
      String version,
      String jar,
      int priority,
      boolean available,
      boolean broken,
      String detail,
      String remedy) {}

  @Override
  void run(Session session) {
    List<Kind> kinds = new ArrayList<>();
    for (Class<? extends Provider<?>> kind : KINDS) {
      kinds.add(describe(session.registry(), kind));
    }
    List<UnreadableJar> jars = session.unreadableJars();
    if (!jars.isEmpty()) {
      kinds.add(describe(jars));
    }
    out().print(json ? Json.write(kinds) : text(kinds));
  }

  private static Kind describe(List<UnreadableJar> jars) {
    return new Kind(
        "unreadable jar",
        null,
        "nothing in these files is used",
        jars.stream()
            .map(
                jar ->
                    new Entry(
                        jar.name(),
                        "",
                        UNKNOWN,
                        jar.name(),
                        0,
                        false,
                        true,
                        jar.reason(),
                        jar.remedy()))
            .toList());
  }

  private static <P extends Provider<?>> Kind describe(Registry registry, Class<P> kind) {
    List<RegistryEntry<P>> entries = registry.entries(kind);
    @Nullable String chosen = null;
    String reason = "none can be used";
    if (BY_CONTENT.contains(kind)) {
      reason = "each file is asked for in this order; the first that recognizes it is used";
    } else if (entries.stream().anyMatch(RegistryEntry::usable)) {
      chosen = registry.best(kind).entry().id();
      reason = registry.best(kind).reason();
    }
    return new Kind(
        Registry.name(kind), chosen, reason, entries.stream().map(BackendsCommand::entry).toList());
  }

  private static Entry entry(RegistryEntry<?> entry) {
    Provider<?> provider = entry.provider();
    boolean available = entry.availability() instanceof Availability.Available;
    String detail;
    String remedy = "";
    if (entry.availability() instanceof Availability.Unavailable no) {
      detail = no.reason();
      remedy = no.remedy();
    } else {
      detail = ((Availability.Available) entry.availability()).detail();
    }
    return new Entry(
        entry.id(),
        provider == null ? "" : provider.description(),
        entry.version(),
        entry.origin(),
        entry.priority(),
        available,
        provider == null,
        detail,
        remedy);
  }

  private static String text(List<Kind> kinds) {
    StringBuilder text = new StringBuilder();
    for (Kind kind : kinds) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append(kind.kind() + "\n");
      for (Entry entry : kind.providers()) {
        boolean chosen = !entry.broken() && entry.id().equals(kind.chosen());
        text.append(entry.broken() ? broken(entry) : usable(entry, chosen));
        text.append(chosen ? "    chosen: " + kind.reason() + "\n" : "");
      }
      text.append(kind.chosen() == null ? "  (" + kind.reason() + ")\n" : "");
    }
    List<String> broken =
        kinds.stream()
            .flatMap(kind -> kind.providers().stream())
            .filter(Entry::broken)
            .map(entry -> entry.jar().equals(UNKNOWN) ? entry.id() : entry.jar())
            .distinct()
            .toList();
    if (!broken.isEmpty()) {
      text.append("\n! broken: " + String.join(", ", broken) + "; everything else works\n");
    }
    return text.toString();
  }

  private static String usable(Entry entry, boolean chosen) {
    StringBuilder text = new StringBuilder((chosen ? "* " : "  ") + entry.id());
    text.append(entry.description().isEmpty() ? "\n" : " – " + entry.description() + "\n");
    text.append(
        "    priority " + entry.priority() + ", " + entry.jar() + " " + entry.version() + "\n");
    if (!entry.available()) {
      text.append("    not available: " + entry.detail() + "\n");
      text.append(entry.remedy().isEmpty() ? "" : "    remedy: " + entry.remedy() + "\n");
    } else if (!entry.detail().isEmpty()) {
      text.append("    " + entry.detail() + "\n");
    }
    return text.toString();
  }

  private static String broken(Entry entry) {
    String jar = entry.jar() + (entry.version().equals(UNKNOWN) ? "" : " " + entry.version());
    return "! "
        + entry.id()
        + (entry.jar().equals(entry.id()) ? "" : " – in " + jar)
        + "\n    broken: "
        + entry.detail()
        + "\n    remedy: "
        + entry.remedy()
        + "\n";
  }
}
