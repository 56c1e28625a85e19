using ScaleLab.Runner.Data;

return args is ["data", .. var rest] ? PrepareCommand.Run(rest) : 2;
