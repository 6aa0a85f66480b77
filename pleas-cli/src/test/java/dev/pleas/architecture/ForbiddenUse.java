package dev.pleas.architecture;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Set;

/**
 * What of Java's library no library of ours uses. Members are written as ArchUnit names them: an
 * array's type is its name in class files, {@code [B} for {@code byte[]}.
 */
enum ForbiddenUse {
  STANDARD_STREAMS(
      "standard output or error: what a library has to say it returns or throws",
      "java.lang.System.out",
      "java.lang.System.err",
      "java.lang.System.setOut(java.io.PrintStream)",
      "java.lang.System.setErr(java.io.PrintStream)",
      "java.lang.Throwable.printStackTrace()",
      "java.lang.Thread.dumpStack()"),

  UNSEEDED_RANDOMNESS(
      "randomness without a seed: the same inputs give the same network",
      "java.util.Random.<init>()",
      "java.util.SplittableRandom.<init>()",
      "java.lang.Math.random()",
      "java.lang.StrictMath.random()",
      "java.util.concurrent.ThreadLocalRandom.current()",
      "java.security.SecureRandom.<init>()",
      "java.security.SecureRandom.<init>([B)",
      "java.security.SecureRandom.getInstance(java.lang.String)",
      "java.security.SecureRandom.getInstanceStrong()",
      "java.util.Collections.shuffle(java.util.List)",
      "java.util.UUID.randomUUID()",
      "java.util.random.RandomGenerator.getDefault()",
      "java.util.random.RandomGenerator.of(java.lang.String)",
      "java.util.random.RandomGeneratorFactory.create()"),

  CONTEXT_CLASS_LOADER(
      "a thread's context class loader: callers give the class loader",
      "java.lang.Thread.getContextClassLoader()",
      "java.lang.Thread.setContextClassLoader(java.lang.ClassLoader)",
      "java.util.ServiceLoader.load(java.lang.Class)",
      "javax.imageio.ImageIO.scanForPlugins()"),

  DEFAULT_CHARSET(
      "the machine's default charset: name the charset",
      "java.nio.charset.Charset.defaultCharset()",
      "java.lang.String.<init>([B)",
      "java.lang.String.<init>([B, int, int)",
      "java.lang.String.getBytes()",
      "java.io.ByteArrayOutputStream.toString()",
      "java.io.FileReader.<init>(java.lang.String)",
      "java.io.FileReader.<init>(java.io.File)",
      "java.io.FileReader.<init>(java.io.FileDescriptor)",
      "java.io.FileWriter.<init>(java.lang.String)",
      "java.io.FileWriter.<init>(java.lang.String, boolean)",
      "java.io.FileWriter.<init>(java.io.File)",
      "java.io.FileWriter.<init>(java.io.File, boolean)",
      "java.io.FileWriter.<init>(java.io.FileDescriptor)",
      "java.io.InputStreamReader.<init>(java.io.InputStream)",
      "java.io.OutputStreamWriter.<init>(java.io.OutputStream)",
      "java.io.PrintStream.<init>(java.io.OutputStream)",
      "java.io.PrintStream.<init>(java.io.OutputStream, boolean)",
      "java.io.PrintStream.<init>(java.lang.String)",
      "java.io.PrintStream.<init>(java.io.File)",
      "java.io.PrintWriter.<init>(java.io.OutputStream)",
      "java.io.PrintWriter.<init>(java.io.OutputStream, boolean)",
      "java.io.PrintWriter.<init>(java.lang.String)",
      "java.io.PrintWriter.<init>(java.io.File)",
      "java.net.URLDecoder.decode(java.lang.String)",
      "java.net.URLEncoder.encode(java.lang.String)",
      "java.util.Formatter.<init>(java.lang.String)",
      "java.util.Formatter.<init>(java.io.File)",
      "java.util.Formatter.<init>(java.io.OutputStream)",
      "java.util.Scanner.<init>(java.io.File)",
      "java.util.Scanner.<init>(java.io.InputStream)",
      "java.util.Scanner.<init>(java.nio.file.Path)",
      "java.util.Scanner.<init>(java.nio.channels.ReadableByteChannel)"),

  DEFAULT_LOCALE(
      "the machine's default locale: name the locale, Locale.ROOT for what programs read",
      "java.util.Locale.getDefault()",
      "java.util.Locale.getDefault(java.util.Locale$Category)",
      "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
      "java.lang.String.formatted([Ljava.lang.Object;)",
      "java.lang.String.toLowerCase()",
      "java.lang.String.toUpperCase()",
      "java.io.Console.printf(java.lang.String, [Ljava.lang.Object;)",
      "java.io.PrintStream.format(java.lang.String, [Ljava.lang.Object;)",
      "java.io.PrintStream.printf(java.lang.String, [Ljava.lang.Object;)",
      "java.io.PrintWriter.format(java.lang.String, [Ljava.lang.Object;)",
      "java.io.PrintWriter.printf(java.lang.String, [Ljava.lang.Object;)",
      "java.util.Formatter.<init>()",
      "java.util.Formatter.<init>(java.lang.Appendable)",
      "java.util.Formatter.<init>(java.io.PrintStream)",
      "java.util.Scanner.<init>(java.lang.String)",
      "java.util.Scanner.<init>(java.lang.Readable)",
      "java.text.Collator.getInstance()",
      "java.text.DecimalFormat.<init>()",
      "java.text.DecimalFormat.<init>(java.lang.String)",
      "java.text.DecimalFormatSymbols.<init>()",
      "java.text.DecimalFormatSymbols.getInstance()",
      "java.text.MessageFormat.<init>(java.lang.String)",
      "java.text.MessageFormat.format(java.lang.String, [Ljava.lang.Object;)",
      "java.text.NumberFormat.getInstance()",
      "java.text.NumberFormat.getIntegerInstance()",
      "java.text.NumberFormat.getNumberInstance()",
      "java.text.NumberFormat.getPercentInstance()",
      "java.text.SimpleDateFormat.<init>()",
      "java.text.SimpleDateFormat.<init>(java.lang.String)",
      "java.time.format.DateTimeFormatter.ofPattern(java.lang.String)",
      "java.time.format.DateTimeFormatterBuilder.toFormatter()");

  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> members;

  ForbiddenUse(String description, String... members) {
    this.description = description;
    this.members = Set.of(members);
  }

  /** Returns the complete names of the members. */
  Set<String> members() {
    return members;
  }

  /** Returns the rule that no class calls, reads or refers to a member. */
  ArchRule rule() {
    return ArchRuleDefinition.classes().should(condition());
  }

  private ArchCondition<JavaClass> condition() {
    return new ArchCondition<>("not use " + description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
          if (forbidden(access.getTarget())) {
            events.add(SimpleConditionEvent.violated(access, access.getDescription()));
          }
        }
      }
    };
  }

  /** An inherited member can be named after the class it is called on, or the one that has it. */
  private boolean forbidden(AccessTarget target) {
    return members.contains(target.getFullName())
        || target
            .resolveMember()
            .map(HasName.AndFullName::getFullName)
            .filter(members::contains)
            .isPresent();
  }
}
