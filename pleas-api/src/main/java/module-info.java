/**
 * The contracts and the values that they exchange. Providers are found on the module path and on
 * the class path; a module that asks for a kind of its own need not be named here.
 */
module dev.pleas.api {
  // Annotations for compilers and readers; nothing looks for them at run time.
  requires static org.jspecify;

  exports dev.pleas.api.backend;
  exports dev.pleas.api.checkpoint;
  exports dev.pleas.api.data;
  exports dev.pleas.api.error;
  exports dev.pleas.api.graph;
  exports dev.pleas.api.match;
  exports dev.pleas.api.matrix;
  exports dev.pleas.api.merge;
  exports dev.pleas.api.model;
  exports dev.pleas.api.permutation;
  exports dev.pleas.api.provider;
  exports dev.pleas.api.solve;
  exports dev.pleas.api.tensor;

  // What Registry looks for. Naming a kind also makes Java resolve the modules that provide it.
  uses dev.pleas.api.backend.TensorBackendProvider;
  uses dev.pleas.api.checkpoint.CheckpointFormatProvider;
  uses dev.pleas.api.match.MatcherProvider;
  uses dev.pleas.api.merge.MergeMethodProvider;
  uses dev.pleas.api.model.ModelAdapterProvider;
  uses dev.pleas.api.solve.LeastSquaresSolverProvider;
}
