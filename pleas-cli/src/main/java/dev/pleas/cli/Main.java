package dev.pleas.cli;

import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry point of the {@code pleas} command, and the options that every command has. */
@Command(
    name = "pleas",
    description = "Merges trained networks of one architecture into one network.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      MergeCommand.class,
      SweepCommand.class,
      StatsCommand.class,
      PlanCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      InspectCommand.class,
      ConvertCommand.class,
      PreflightCommand.class,
      BackendsCommand.class,
      MethodsCommand.class,
      CompletionCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  pleas demo",
      "  pleas plan recipe.yaml --budget 1.2",
      "  pleas merge recipe.yaml --budget 1.2 -o merged",
      "  pleas eval merged --data test/",
      "",
      "'pleas COMMAND --help' describes a command."
    })
final class Main implements Runnable {
  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:PLEAS_PLUGINS}",
      description = "Adds the jars of a folder: backends, formats, methods. (env: PLEAS_PLUGINS)")
  private @Nullable Path plugins;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Shows where an error comes from.")
  private boolean debug;

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    CommandLine command = commandLine();
    command.setOut(stream(FileDescriptor.out));
    command.setErr(stream(FileDescriptor.err));
    int code = command.execute(args);
    command.getOut().flush();
    command.getErr().flush();
    System.exit(code);
  }

  /** Returns the whole command, ready to be executed. */
  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    Failures failures = new Failures();
    command.setExecutionExceptionHandler(failures);
    command.setParameterExceptionHandler(failures);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setUsageHelpAutoWidth(true);
    command.setAbbreviatedOptionsAllowed(false);
    // Every command has --help, with the same words.
    for (CommandLine sub : command.getSubcommands().values()) {
      sub.getCommandSpec()
          .mixinStandardHelpOptions(true)
          .versionProvider(command.getCommandSpec().versionProvider());
    }
    return command;
  }

  private static PrintWriter stream(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, Terminal.charset());
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  /** Opens the registry with the plugins that were asked for. */
  Session session() {
    // An empty variable is as good as none.
    return Session.open(plugins == null || plugins.toString().isEmpty() ? null : plugins);
  }

  /** Returns whether errors are to be shown with their stack trace. */
  boolean debug() {
    return debug;
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"pleas " + Session.version()};
    }
  }
}
