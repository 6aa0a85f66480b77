/** What a program on the module path needs to say. */
module consumer {
  requires dev.pleas.api;

  // A kind of its own, which the module of the contracts does not know.
  exports consumer;

  uses consumer.Greeter;

  provides consumer.Greeter with
      consumer.Hello;

  // Registry does not need this; java.util.ServiceLoader, called from here, does.
  uses dev.pleas.api.match.MatcherProvider;
}
