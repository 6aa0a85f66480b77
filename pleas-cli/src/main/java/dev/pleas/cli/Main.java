package dev.pleas.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point of the {@code pleas} command. */
@Command(
    name = "pleas",
    description = "Merges trained vision networks.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class Main implements Runnable {
  private Main() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /** Reads the version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pleas " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
