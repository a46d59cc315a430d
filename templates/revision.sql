-- ${message}
--
${header}

${upgrade}

${downgrade}

${objects}
